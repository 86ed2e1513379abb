"""What happens by itself: jobs in the store, worked once each by whichever process comes first."""
