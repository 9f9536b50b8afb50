"""What leads machines to the public pages: the sitemap, robots.txt, llms.txt."""
