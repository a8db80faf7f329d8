"""The rules of the product: pure machines and decisions. No I/O, no clock, no logging, no await."""
