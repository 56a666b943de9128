"""Population from SCB (Statistics Sweden): which table holds a day, how it is asked for, how answers are read."""
