"""What holds for every test: nobody signs in, unless a test says that somebody has to.

In the environment, so that it reaches the processes tests begin as well.
"""

import os

os.environ["HUB_SIGN_IN"] = "local"
