SET search_path = hubspot, public;

CREATE VIEW crm_accounts AS
SELECT c.id AS account_id, c.property_name AS name, c.property_website AS website, c.property_domain AS domain,
	c.property_country AS country, c.property_lifecyclestage AS status, o.email AS owner, c.property_industry AS industry,
	c.property_state AS region
FROM company c
LEFT JOIN owner o ON o.owner_id = c.property_hubspot_owner_id
WHERE NOT coalesce(c.is_deleted, false);

-- a deal of several companies counts for the one that it was associated with first
CREATE VIEW crm_opportunities AS
SELECT DISTINCT ON (d.deal_id) d.deal_id AS opportunity_id, dc.company_id AS account_id, d.property_dealname AS name,
	d.deal_pipeline_stage_id AS stage, d.property_hs_is_closed AS is_closed, d.property_hs_is_closed_won AS is_won,
	d.property_amount AS amount, d.property_deal_currency_code AS currency, d.property_createdate AS created_at,
	d.property_closedate AS closed_at, o.email AS owner
FROM deal d
JOIN deal_company dc ON dc.deal_id = d.deal_id
LEFT JOIN owner o ON o.owner_id = d.owner_id
WHERE NOT coalesce(d.is_deleted, false)
ORDER BY d.deal_id, dc.type_id, dc.company_id;
