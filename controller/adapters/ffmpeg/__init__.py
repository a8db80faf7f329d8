"""FFmpeg: the one place that knows its arguments, its words and its ways of failing."""
