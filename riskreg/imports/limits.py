"""How large a file may be; the same numbers for page, API and command line."""

from __future__ import annotations

FILE_BYTES_MAX = 10 * 1024 * 1024
ROWS_MAX = 20_000
COLUMNS_MAX = 100
# Rows above the header (titles, legends) that a reader still looks at.
ROWS_ABOVE_HEADER_MAX = 50
UNPACKED_BYTES_MAX = 200 * 1024 * 1024
MEMBERS_MAX = 1_000
UNPACKED_RATIO_MAX = 100
TEXT_CHARACTERS_MAX = 50_000_000
# The process that reads a workbook.
MEMORY_BYTES_MAX = 1024 * 1024 * 1024
CPU_SECONDS_MAX = 30
WALL_SECONDS_MAX = 60
