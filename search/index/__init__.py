"""The index on disk and how it is asked. Only this package imports whoosh."""
