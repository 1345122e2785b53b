# The demo city
yakuba-demo-ribbon = This is a demonstration. The city is fictional: try whatever you like.
# When something did not work
yakuba-problem-detail = What happened
# The foot of the page
yakuba-footer-api = About the API
yakuba-desk = Desk
yakuba-menu-plans = Plans
yakuba-menu-compare = Compare cities
yakuba-menu-search = Search
yakuba-resident = Signed in
yakuba-resident-account = My page
yakuba-resident-cases = My applications
