"""The soak: twenty people of all roles at work for a long time, with imports, exports, replays and kills."""
