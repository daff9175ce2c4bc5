"""Files to take away: any list as CSV, workbook or JSON, as its reader may see it."""
