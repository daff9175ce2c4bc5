"""What every page shares: transactions, errors, security, filters, paging, templates."""
