"""Broken scenario files, what the command line says of each, and those that are written on the fly."""
