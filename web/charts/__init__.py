"""Charts as SVG made on the server: no script, text of 14 px, a title and a description, a table of the same beside."""
