-- What an analyst prepares once before the lists are compared: the hosts that
-- are nobody's own. The big mail providers are enough for a query by hand; ''
-- and the rest are what the regular expressions make of junk. They stand in a
-- table because an anti join against it costs nothing, while "k NOT IN
-- ('gmail.com', ...)" and "k <> ''" are pushed below the projection, where
-- DuckDB evaluates the regular expression a second time.
CREATE TABLE not_own (k VARCHAR);
INSERT INTO not_own VALUES ('gmail.com'), ('googlemail.com'), ('outlook.com'), ('hotmail.com'), ('live.com'),
	('msn.com'), ('yahoo.com'), ('aol.com'), ('icloud.com'), ('me.com'), ('gmx.de'), ('gmx.net'), ('web.de'),
	('mail.ru'), ('qq.com'), ('163.com'), ('126.com'), ('protonmail.com'), ('proton.me'), ('zoho.com'),
	('linkedin.com'), ('facebook.com'), ('instagram.com'), ('x.com'), ('twitter.com'), ('sites.google.com'),
	(''), ('-'), ('n'), ('na'), ('none'), ('tbd'), ('unknown'), ('www');
