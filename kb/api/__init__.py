"""The JSON interface under /api/v1: the services of the pages, with the same permissions."""
