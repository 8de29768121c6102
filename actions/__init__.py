"""What a plan has promised to do: owners, dates, updates, reminders."""
