"""What tests are made with: engines of exact length, projects, decoded sound."""
