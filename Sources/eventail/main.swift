print("eventail")
