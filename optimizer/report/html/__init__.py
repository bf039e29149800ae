"""The parts of the HTML report: template, style, figures and the rows of its own tables. Nothing here judges or solves."""
