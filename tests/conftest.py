"""The order of files: what takes longest comes first, so that no process is left alone with it at the end."""

LONG = ("test_programme_", "test_tutorial")


def pytest_collection_modifyitems(items):
    """Files of whole programmes first; all else stays in its order."""
    items.sort(key=lambda item: not item.path.name.startswith(LONG))
