"""What speaks to the daemon: a Python SDK, the command line, the page. They import `protocol`, never `controller`."""
