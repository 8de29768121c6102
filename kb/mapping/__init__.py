"""The mapping of a source: what it says, what that means, what that calls for and how a plan answers."""
