"""Rate limits, counted in this process or in Redis where there are several."""
