"""Serves the Model Context Protocol: tools by which AI assistants read the market and trade."""
