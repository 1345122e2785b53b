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
# When too many come at once
waiting-room-language = Language
waiting-room-title = Many people are here at the moment
waiting-room-ahead = { $n ->
    [0] You are next.
    [one] One person is before you.
   *[other] { $n } people are before you.
  }
waiting-room-before = It opens at { $time }.
waiting-room-minutes = You get in in about { $low } to { $high } minutes.
waiting-room-unknown = How long it takes cannot be told yet.
waiting-room-fair = People get in in the order in which they came. Those who wait before it opens are put into a random order when it opens. Reloading the page makes no difference.
waiting-room-keep = Keep this page open. It goes on by itself when it is your turn.
waiting-room-other = You can also come to the counter or ring us.
# The front page
front-title = { $city } online
front-title-nameless = Town hall online
front-search-label = Search procedures, places and plans
front-description = Procedures, reservations and surveys at any hour, and how far the city has come with its plan.
front-offers = What you can do here
yakuba-too-many-megabytes = At most { $most } MB can be sent at once. Send smaller files, or send them one after another. What you typed is not kept.
