print("chiasm")
