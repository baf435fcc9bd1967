"""The CDX server API in the Internet Archive's dialect (its README in wayback-cdx-server is the reference).

    parameters | query -> which keys, rows and form | select -> rows | text -> lines or JSON
"""
