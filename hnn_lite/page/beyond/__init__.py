"""What the chapters of Part IV need besides the library, a module for each."""
