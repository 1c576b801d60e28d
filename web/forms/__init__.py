"""帳票: what offices file on paper, as PDF – applications, terms, reports, lists of a plan."""
