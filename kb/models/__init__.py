"""The tables of the shared catalogue, one module for each subject."""
