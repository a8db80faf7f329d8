"""What must survive a killed daemon: each module keeps one part of it, and the keeper saves all of them together."""
