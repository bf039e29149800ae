"""The same plan solved by us and by the solvers that planners reach for: same problem, gap, threads and time limit."""
