"""What a change would touch: asked, worked out, told, and kept as notes for the steering group."""
