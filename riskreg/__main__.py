"""python -m riskreg."""

import sys

from riskreg.cli import main

sys.exit(main())
