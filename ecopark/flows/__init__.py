"""What flows: columns, activity, dispatch, ledger, closure. No decisions, no prices."""
