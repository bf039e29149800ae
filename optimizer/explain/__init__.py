"""Why an answer is what it is: marginal values, the policy's cost, conflicts, repairs, sites, sweeps, a second opinion."""
