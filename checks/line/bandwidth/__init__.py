"""How much the line carries: providers behind one interface, each in a child process of its own."""
