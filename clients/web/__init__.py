"""The page: ES modules, served as they are. No build step, no Python but the one that vendors hls.js."""
