"""How desk and centre come to agree: the engine that decides, the line that carries, and the way in."""
