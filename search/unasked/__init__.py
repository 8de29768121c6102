"""What is found for those who have not asked yet: suggestions while typing, and records like one."""
