"""What is wrong with a recorded market."""


class RecordingError(Exception):
    """A file or a stored symbol cannot be used. The message is one sentence for its owner."""
