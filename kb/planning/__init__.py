"""What belongs to one plan besides its actions: priorities, responses, what waits."""
