"""For supervisors: digests, monthly indicators, the management report and the pages that publish them."""
