"""What an exchange is worth and how it is agreed: pure functions and small types."""
