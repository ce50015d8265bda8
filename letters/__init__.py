"""What a letter is: frozen values, the one cleaner of outside text, and the newest text apart from quotes.

Pure: no input or output, imports nothing of ours, and every room may import it.
"""
