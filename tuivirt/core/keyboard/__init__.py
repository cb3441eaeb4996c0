"""From characters and names of keys to what is pressed on a guest's keyboard."""
