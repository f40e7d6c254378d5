"""Planning on top of `simulate`: best possible networks, layouts, comparisons, what-ifs, who gains."""
