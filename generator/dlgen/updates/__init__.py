"""What a project gains from its template, or gives back to it: update, add, status, diff and sync."""
