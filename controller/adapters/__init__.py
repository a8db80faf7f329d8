"""The outside world, one folder per thing; each implements a protocol of `controller.ports`."""
