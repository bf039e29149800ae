"""Place a company's planned GPU fleet across candidate datacentre sites under export-control limits, exactly."""
