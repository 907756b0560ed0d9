"""Pages of organization groups: the list, one group, its members, and the groups of one organization."""
