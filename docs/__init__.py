"""The pages of the documentation, and the code that writes and runs them."""
