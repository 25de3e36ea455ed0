"""Speed and scale, side by side with other systems."""
