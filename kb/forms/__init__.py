"""What people type: one module of forms per subject."""
