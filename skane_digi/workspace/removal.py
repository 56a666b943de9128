"""What may be removed in the workspace, with all that goes with it."""

import budgets.deletion
import plans.deletion

DELETION = plans.deletion.joined(plans.deletion.DECLARATION, budgets.deletion.DECLARATION)
